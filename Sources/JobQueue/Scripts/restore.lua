#!lua flags=allow-oom
-- RESTORE: tells the queue of jobs that the contact book knows to be over, one piece of the bitmap a call.
-- ARGV: 1 mailing, 2 offset in bytes, 3 bytes of the bitmap, one bit per ordinal
-- Result: 1, or 0 when the mailing is not known here.
-- Guarantees: bits are only ever set. After it a job that the book has as over is not claimed, wherever copies of it lie.
local m = ARGV[1]
if not state_of(m) then return 0 end
local booked = prefix .. 'booked:' .. m
redis.call('SETRANGE', booked, ARGV[2], ARGV[3])
redis.call('BITOP', 'OR', key_done(m), key_done(m), booked)
-- What is put aside there to be taken up again would be opened when it is due.
if redis.call('EXISTS', prefix .. 'again:' .. m) == 1 then
  redis.call('BITOP', 'OR', prefix .. 'over:' .. m, prefix .. 'over:' .. m, booked)
end
redis.call('DEL', booked)
return 1
