"""The engine: what is wanted against what the clouds hold, as a plan; and a plan, done. It knows no provider.

    address, spec    names and values: frozen, canonical, with `Ref`, `UNKNOWN` and `Sealed` for what JSON lacks
    resource         what engine and providers say to each other: Resource, Observed, the Protocol Provider
    diff, order      pure helpers: left-scoped differences; topological order with ties by address
    plan, planner    Plan and its lines; `make_plan`, pure: wanted and actual in, Plan out
    reading          asks all providers at once: `plan_for(workflow, providers)`, `plan_removal(name, providers)`
    schedule         which lines may start now; effects: one line, after a last look; apply: all of them, in parallel
    render, saved    plans and reports as text and JSON; a plan in a file, refused when anything has moved

There is no state file. A plan is made from what the clouds hold at that moment, so an apply that was killed, or that
failed halfway, is finished by the next one. The price: everything is read every time, a thing without its ownership
mark is a stranger, and between our last look and our write somebody else can still write (a provider closes that gap
where its API can, with revisions or conditional requests, and raises Conflict).

How a provider is written, member by member. Hold it to `tests/contracts/provider.py` from the first day.

`wanted(workflow)` is pure: the same workflow gives the same resources, with names that follow from the workflow alone.
    It looks only at the functions that are its own. Whatever it cannot do is a Problem with a place, all of them in one
    WorkflowError. A spec holds what the provider's API holds, in the form that `read` returns, so that comparing means
    something: sizes in the API's unit, policies as mappings rather than text, lists in a fixed order. A field that
    another resource brings is a `Ref` to its attribute; a secret is a `Sealed`; a mapping in which strange keys must
    not survive is `Spec(..., exact=True)`; null asks for a field to be absent. What the kind is like is said as data:
    `replace_on`, `volatile`, `keep`, `inside`, `shared`.
`read(address)` looks and touches nothing. None means that nothing is there; that it may not look is a ProviderError.
    `owner` comes from the mark (a tag, a label, the Id of a rule); `needs` and `keep` must be known from what stands
    (the kind is often enough), as they are all that is left when the workflow's file is gone. `revision` must not move
    when another resource is written: if the API's own one does (a function's, when its policy changes), leave it empty.
`owned(workflow)` lists by mark what `read` would show with that owner. What it misses is never cleaned up.
`create(resource)` gets its references resolved, puts the mark and the fields of `replace_on` on with the first write,
    and returns when the thing can be used, with the attributes that `read` shows from then on. If something stands
    there it raises Conflict. Waiting for eventual consistency belongs in here.
`update(resource, before)` sets the spec's fields and the mark, and leaves all others as they are. It is also called to
    finish what a killed `create` began, and to adopt (`before.owner` is None then).
`delete(address, before)` removes it with what is `inside` it, and is content when it is gone.

A document that several workflows share (a bucket's notifications) is one resource for each workflow and document, named
`<document>@<workflow>`: its spec are our entries only; `update` reads the document, changes our entries, writes it in
one go and reads it back; foreign entries stay byte for byte. A lock for each document inside the provider keeps our own
threads apart. In one resource a renamed entry leaves in the same write in which the new one comes.
"""
