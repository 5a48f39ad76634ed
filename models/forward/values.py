"""What comes next with a document; plain values."""

#: nobody gives it from outside: drafts are created by a run
IN_RUN = object()
