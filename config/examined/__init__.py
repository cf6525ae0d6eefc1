"""What `manage.py doctor` finds, by what it is about."""
