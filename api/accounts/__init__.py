"""Staff who sign in; access: recruiter, admin."""
