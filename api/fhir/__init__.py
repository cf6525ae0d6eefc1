"""FHIR R4 of what the API has: tasks, ärenden and messages as Task, CarePlan and Communication, and messages in.

Made and judged by fhir.resources, whose R4B is R4 in these resources. See docs/api.md.
"""
