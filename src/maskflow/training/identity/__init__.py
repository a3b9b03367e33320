"""Who is it still? What each way to hide a face leaves of the identity and of the mask: two curves, one choice.

    hidings.py      the ways to hide: the product's by its own code, others for comparison
    recogniser.py   a public face recogniser, the attacker's eye
    faces.py        one face, upright for the recogniser; tracks.py: one face through a video
    people.py       who appears more than once, in public pictures, labelled stills and videos
    material.py     all faces of one measurement
    store.py        keeps the faces between two runs
    learn.py        learns from hidden faces in closed form
    attack.py       the attackers; metrics.py: how well they did
    measure.py      both sides of one way to hide; report.py: as text and JSON

The command is `python -m maskflow.training reidentify`. Nothing here runs in production.
"""
