"""Reports for people and for other programs: each module shows the same reports in another form."""
