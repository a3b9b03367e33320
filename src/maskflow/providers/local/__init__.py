"""This machine as a cloud: a bucket is a directory, a trigger a watcher, a function a pool of warm processes.

    place.py      where everything lies below the data root
    provider.py   the deployer's view: the six members, over kind_bucket.py, kind_function.py and kind_worker.py
    functions.py  what is deployed: one document a function
    code.py       snapshots of function code, named by their digest
    control.py    starting, finding and stopping the background worker, from outside
    worker.py     the background worker: one event loop over what follows
    sweep.py      what killed workers left, removed
    watch.py      the file system asked: what has changed, what lies there, is it whole
    arrivals.py   files on their way to becoming events
    dispatch.py   which event goes to which function, and when: decisions only
    engine.py     queues joined to processes: outcomes, retries, limits
    pool.py       the processes: start, feed, time out, limit, kill
    dead.py       dead letters
    journal.py    the log: JSON lines, written by the worker, read and followed by everybody
    follow.py     a run, from its uploads to the last object that comes of them

There is no database: what is to be done is what lies in the buckets without a finished receipt. Kill anything at any
time; the next start finds out by looking.
"""
