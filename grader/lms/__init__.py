"""Reports ↔ learning management systems: their gradebooks filled in, their feedback archives made.

bytes ─ cells ─▶ Table ─ canvas, moodle ─▶ Gradebook ─ filling (people, numbers) ─▶ Filled ─ cells ─▶ bytes
"""
