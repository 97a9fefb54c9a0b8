"""What others would pick instead, each behind the same four calls, so that one script measures them alike."""
