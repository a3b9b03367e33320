"""This machine as a cloud: a bucket is a directory, a trigger a watcher, a function a pool of warm processes.

    place.py      where everything lies below the data root
    provider.py   the deployer's view: buckets, functions, the background worker, as resources
    code.py       snapshots of function code, named by their digest
    control.py    starting, finding and stopping the background worker
    worker.py     the background worker: one event loop that ties the next four together
    watch.py      files that appear become events: watcher, rescan, and the wait until a file is whole
    dispatch.py   which event goes to which process, retries and dead letters: decisions only
    pool.py       the processes: start, feed, time out, limit, kill
    journal.py    the log: JSON lines, written by the worker, read and followed by everybody
    status.py     what is deployed, waiting and failed
    follow.py     a run, from its uploads to the last object that comes of them

There is no database: what is to be done is what lies in the buckets without a finished receipt. Kill anything at any
time; the next start finds out by looking.
"""
