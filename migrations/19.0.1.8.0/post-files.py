def migrate(cr, version):
    """Keep the PDFs of runs, which are in files of their own."""
    cr.execute(
        """
        WITH file AS (
            INSERT INTO fsm_billing_run_file (run_id, company_id)
            SELECT run.id, run.company_id
              FROM fsm_billing_run AS run
              JOIN ir_attachment AS pdf
                   ON pdf.res_id = run.id AND pdf.res_model = 'fsm.billing.run'
                  AND pdf.res_field = 'pdf'
            RETURNING id, run_id
        )
        UPDATE ir_attachment AS pdf
           SET res_model = 'fsm.billing.run.file', res_id = file.id
          FROM file
         WHERE pdf.res_model = 'fsm.billing.run' AND pdf.res_field = 'pdf'
           AND pdf.res_id = file.run_id
        """
    )
