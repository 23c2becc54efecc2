-- Refuses in SQL what comes from an attempt that is closed, so that a transaction's statements and its COMMIT can go
-- out together: the client need not look at a row count before it commits. `HF001` is the store's `attempt_closed`.
create function holdfast_require_open(ok boolean, reason text default 'The attempt is closed; its result was refused.') returns void language plpgsql as
$$ begin
  if ok is not true then raise exception using errcode = 'HF001', message = reason; end if;
end $$;
