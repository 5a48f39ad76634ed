{
    "name": "Field Service Invoicing: Job Queue",
    "summary": "Billing runs as jobs of OCA's queue: several workers share a run",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "Field Service Invoicing contributors",
    "license": "AGPL-3",
    "depends": ["fieldservice_invoicing", "queue_job"],
    "data": ["data/queue_job_data.xml"],
    "auto_install": True,
    "installable": True,
}
