import type { Pool } from 'pg'

/** One claim, write or stop, as the database committed it. Columns are those of the table. */
export interface HistoryRow {
  id: number
  /** Milliseconds since 1970, on the database's clock. */
  atMs: number
  /** Transaction: rows with the same one were committed together. */
  transaction: string
  subject: 'Attempt' | 'Lease' | 'Decision' | 'Run' | 'Node' | 'Metric' | 'Request'
  operation: 'INSERT' | 'UPDATE' | 'DELETE'
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

/**
 * Lets the database itself write down every claim, write and stop in `chaos_history`: nobody who writes can forget it.
 * Metrics are noted only where the attempt that they are of is not the newest of its run.
 */
export async function recordHistory(pool: Pool): Promise<void> {
  await pool.query(`
    CREATE TABLE chaos_history (
      id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
      transaction text NOT NULL DEFAULT pg_current_xact_id()::text,
      subject text NOT NULL, operation text NOT NULL, before jsonb, after jsonb);
    CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO chaos_history (subject, operation, before, after) VALUES (TG_TABLE_NAME, TG_OP,
        CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END,
        CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END);
      RETURN NULL;
    END $$;
    CREATE TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON "Attempt" FOR EACH ROW EXECUTE FUNCTION chaos_note();
    CREATE TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON "Lease" FOR EACH ROW EXECUTE FUNCTION chaos_note();
    CREATE TRIGGER chaos AFTER INSERT ON "Decision" FOR EACH ROW EXECUTE FUNCTION chaos_note();
    CREATE TRIGGER chaos AFTER UPDATE OF "state", "stopReason", "epoch" ON "Run"
      FOR EACH ROW EXECUTE FUNCTION chaos_note();
    CREATE TRIGGER chaos AFTER UPDATE OF "state" ON "Request" FOR EACH ROW EXECUTE FUNCTION chaos_note();
    CREATE TRIGGER chaos AFTER UPDATE OF "state" ON "Node" FOR EACH ROW EXECUTE FUNCTION chaos_note();
    CREATE FUNCTION chaos_note_metrics() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO chaos_history (subject, operation, after)
      SELECT 'Metric', TG_OP, to_jsonb(m) FROM written m
      WHERE m."attempt" <> (SELECT max(a."number") FROM "Attempt" a WHERE a."runId" = m."runId");
      RETURN NULL;
    END $$;
    CREATE TRIGGER chaos AFTER INSERT ON "Metric" REFERENCING NEW TABLE AS written
      FOR EACH STATEMENT EXECUTE FUNCTION chaos_note_metrics();
  `)
}

export async function readHistory(pool: Pool): Promise<HistoryRow[]> {
  const { rows } = await pool.query<HistoryRow>(
    `SELECT id, extract(epoch FROM at)::float8 * 1000 AS "atMs", transaction, subject, operation, before, after
     FROM chaos_history ORDER BY id`,
  )
  return rows
}
