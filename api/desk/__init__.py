"""The recruiters' desk: inbox, conversations, requests and promises, live in the browser."""
