"""maskflow: deploy serverless workflows whose raw data must stay at home. The map of the house:

    errors.py     every error with its exit code; Problem(place, message, hint)
    model.py      the nouns, frozen: Workflow, Function, Port, BucketPath, Secret, ObjectCreated
    fdl/          text → Workflow, and everything that is wrong with it, at file:line:column
    events/       payload → ObjectCreated, whoever sent it
    storage/      objects in buckets: one Protocol, one file a kind; transfer of many
    runtime/      one event from its object to its outputs, exactly once; goes into containers
    deploy/       the engine: what is wanted against what is there → Plan → apply; knows no provider
    providers/    one package a place; today local/, this machine as a cloud
    vision/       pixels: frames, faces found and hidden, masks told from bare faces; goes into containers
    training/     how the shipped weights, and the demo's video, were made
    app/          one function for each thing that a user can ask; prints nothing
    cli/          the only place that prints, asks, reads the environment or exits

Imports go up this list only (`cli → app → providers → deploy, fdl → runtime → storage → events → model → errors`;
`training → vision → errors`), and `tests/test_house.py` says so. To see the whole in five files, read model.py,
deploy/resource.py, runtime/contract.py, runtime/supervise.py and providers/local/__init__.py: the next provider goes
beside the last of them.
"""

__version__ = "0.1.0"
