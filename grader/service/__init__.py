"""The service: what is handed in over the network is kept, graded and shown; a killed process loses nothing.

    request ─ hand_in ─▶ submission + attempt, in one transaction ─ Queue.claim ─▶ Worker ─ Bench ─▶ Queue.complete
                                     Database (SQLite or PostgreSQL), which is the queue

    work         handing_in (as policy allows) · queue · worker · stations · results
    what comes   grades · overriding · views · differences · statistics
    assignments  assignments · proving
    people       people · roster · tokens · access · privacy · audit
    doors        app: api for programs, pages for people, health · webhooks, sender
    below        starting, running, settings · database, schema, tables · presence · refusals

Whatever runs twice is recorded once: a result counts only with the fence that its attempt was claimed with.
"""
