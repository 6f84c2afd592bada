"""The gateway of Applicant Desk: everything a candidate, a recruiter or an ATS speaks to."""
