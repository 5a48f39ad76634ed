"""Run SQL. Executed by the virtual environment's Python, which has a driver.

Reads {"database": ..., "statements": [[sql, [parameters]], ...]} as JSON on standard
input; prints {"rows": [...]} (of the last statement) or {"error": ...}.
"""

import json
import sys

import psycopg2


def main():
    request = json.load(sys.stdin)
    try:
        connection = psycopg2.connect(dbname=request["database"], connect_timeout=15)
        connection.autocommit = True
        rows = []
        with connection.cursor() as cursor:
            for statement, parameters in request["statements"]:
                cursor.execute(statement, parameters or None)
                rows = cursor.fetchall() if cursor.description else []
        connection.close()
    except psycopg2.Error as error:
        json.dump({"error": str(error).strip(), "code": error.pgcode}, sys.stdout)
        return
    json.dump({"rows": rows}, sys.stdout, default=str)


if __name__ == "__main__":
    main()
