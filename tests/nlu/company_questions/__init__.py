"""Ten invented company questions, as somebody in HR would teach them: ten examples a language each, and wordings written blind."""
