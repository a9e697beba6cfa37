"""The API for programs, `/v1`: one file for each resource, which says what is asked, who may, and what is answered.

    request ─ limits (size, time) ─▶ door.Door (token, rate, media type) ─▶ a resource ─ access ─▶ the service
                                                     └─ whatever goes wrong ─▶ problems (RFC 9457)

`models` has the bodies, `paging` the cursors, `document` what OpenAPI says of it all.
"""
