"""The assistant of Applicant Desk: Rasa as a stateless function."""
