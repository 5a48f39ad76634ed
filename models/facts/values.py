from dataclasses import dataclass


@dataclass(frozen=True)
class Units:
    """Whose rows of the analysis are meant.

    The rows of a document are made together, and so are those of the work of an order
    that stands on no document.
    """

    move_ids: tuple[int, ...] = ()
    order_ids: tuple[int, ...] = ()

    def __bool__(self):
        return bool(self.move_ids or self.order_ids)


@dataclass(frozen=True)
class Watch:
    """A trigger of PostgreSQL that marks as stale what a change of a table makes so.

    :param event: INSERT, UPDATE or DELETE
    :param body: SQL; of ``OLD`` and ``NEW`` where rows are watched one by one, of the
        table ``changed`` where a statement is watched
    :param condition: SQL, which rows are watched one by one; else statements are
    """

    table: str
    event: str
    body: str
    condition: str = ""

    def get_sql(self, name):
        """:return: SQL of the function ``name`` and of its trigger"""
        if self.condition:
            when = f"FOR EACH ROW WHEN ({self.condition})"
        else:
            side = "OLD" if self.event == "DELETE" else "NEW"
            when = f"REFERENCING {side} TABLE AS changed FOR EACH STATEMENT"
        return f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $watch$
            BEGIN
                {self.body};
                RETURN NULL;
            END
            $watch$;
            CREATE TRIGGER {name} AFTER {self.event} ON {self.table}
            {when} EXECUTE FUNCTION {name}();
        """
