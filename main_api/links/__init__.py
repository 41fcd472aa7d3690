"""The links that lead to the servers, and the public page that hands them out."""
