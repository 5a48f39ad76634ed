"""The rooms, ground floor first: each names only those imported before it."""

# what is billed, exactly once; the locks; the guards
from . import ledger

# which day it was, on site
from . import days

# who pays, by which rules
from . import policy

# what a quotation bills in our place
from . import quotation

# hours, parts and charges, and the ledger's columns that name them
from . import work

# who may say how work is charged
from . import rights

# work that others bill
from . import elsewhere

# on which day an order was done
from . import done

# how far an order is, and what is due
from . import status

# what is given back
from . import credit

# a credit note books what the invoice booked, to the cent
from . import booked

# what it costs the customer
from . import pricing

# what takes back other work, open or invoiced
from . import taken_back

# what a down payment leaves to pay
from . import down_payment

# kits: their components are delivered, they are billed
from . import kits

# what is billed again keeps its price
from . import again

# which lots and serial numbers the customer got
from . import lots

# on which analytic accounts it stands
from . import analytic

# what a draft invoice is made of
from . import drafts

# from open work to drafts
from . import invoicing

# documents of hundreds of orders, and how many orders are on one
from . import long

# drafts that another module merges
from . import merged

# orders invoiced before they are done, and visit by visit
from . import interim

# many orders in the background, exactly once
from . import runs

# their invoices on paper
from . import run_print

# what it cost us
from . import cost

# the rows on the order
from . import billing_tab

# the sources as the analysis reads them, in SQL
from . import analysis

# their rows, stored, and which of them are stale
from . import facts

# hours that a foreman approves before they are billed
from . import approval

# paper, mail, portal
from . import documents

# what the customer's computer reads
from . import e_invoice

# who keeps orders from being invoiced for now
from . import hold

# whether a done order may be invoiced: ready, to be checked, on hold
from . import ready

# what comes next with a document: confirm, send, and what is asked before
from . import forward

# what is overdue, and the statement of what is open
from . import reminders

# what other programs may ask
from . import programs

# the figures at a glance
from . import dashboard

# the story of the demo database
from . import demo
