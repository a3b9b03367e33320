"""One package for each place that functions run in, one file for each kind of resource. They do not know each other.

    local/    this machine: directories, watchers, warm processes

A new provider implements `deploy.resource.Provider` and is added to the table in `app`.
"""
