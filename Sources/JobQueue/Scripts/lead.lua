#!lua flags=allow-oom
-- LEAD: one coordinator per Redis, and one contact book.
-- ARGV: 1 id of the contact book, 2 the coordinator's description, 3 lease in ms; 0 gives up the lead
-- Result: "" when it leads (or led), else who does.
-- Guarantees: a coordinator of the same book takes over at once (the lock on its data directory says that it is alone);
--   another book's coordinator is refused, even after the first has gone: mailings are numbered by the book, and what is left
--   here of the first book's would be taken for the second's.
local key, owner_key = prefix .. 'coordinator', prefix .. 'book'
local owner = redis.call('GET', owner_key)
if owner and owner ~= ARGV[1] then
  return redis.call('HGET', key, 'description') or 'another contact book, whose queue is still in it'
end
if ARGV[3] == '0' then
  redis.call('DEL', key)
  return ''
end
redis.call('SET', owner_key, ARGV[1])
redis.call('HSET', key, 'book', ARGV[1], 'description', ARGV[2])
redis.call('PEXPIRE', key, ARGV[3])
return ''
