"""The service: what is handed in over the network is kept, graded and shown; a killed process loses nothing.

    request ─ hand_in ─▶ submission + attempt, in one transaction ─ Queue.claim ─▶ Worker ─ Bench ─▶ Queue.complete
                                     Database (SQLite or PostgreSQL), which is the queue

Whatever runs twice is recorded once: a result counts only with the fence that its attempt was claimed with.
"""
