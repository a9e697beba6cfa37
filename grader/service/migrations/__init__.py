"""Changes of the tables, in order; `grader.service.schema` applies them."""
