#!lua
-- REDELIVER: takes up again jobs that were settled, because their messages came back.
-- ARGV: 1 mailing, then per job, of at most 100: ordinal, number of the order, site, when it is due in ms, payload
-- Result: how many were put aside; -1 when this Redis does not know the mailing, -2 when it is cancelled.
-- Guarantees: an order, whose number is greater than those of the job's orders before it, is carried out once however often it is
--   repeated. The job stays settled until it is due, so that no older copy of it, wherever it lies, is sent; and of the copies that
--   are put aside, only that of the last order is. It is held no more.
local m = ARGV[1]
local state = state_of(m)
if not state then return -1 end
if state == 'cancelled' then return -2 end
local moved, reopened, held, seconds = 0, 0, 0, {}
local was_restored = redis.call('EXISTS', key_over(m)) == 1
for i = 2, #ARGV, 5 do
  local ordinal, number, site, due, payload = unpack(ARGV, i, i + 4)
  local last = tonumber(redis.call('HGET', key_again(m), ordinal) or 0)
  -- An order that is repeated stands: what an older picture of the book had as over, when it was restored, is not.
  if was_restored and last <= tonumber(number) then redis.call('SETBIT', key_over(m), ordinal, 0) end
  if last < tonumber(number) then
    redis.call('HSET', key_again(m), ordinal, number)
    reopened = reopened + redis.call('SETBIT', key_done(m), ordinal, 1)
    held = held + redis.call('HDEL', prefix .. 'doubt:' .. m, ordinal) + redis.call('HDEL', prefix .. 'dead:' .. m, ordinal)
    local second = math.ceil(due / 1000)
    redis.call('RPUSH', key_bucket(second), m .. '!' .. number .. ' ' .. site .. '\n' .. payload)
    seconds[#seconds + 1] = second * 1000
    seconds[#seconds + 1] = second
    moved = moved + 1
  end
end
if moved == 0 then return 0 end
add_scores(due_key, seconds)
count(m, 'due', moved)
count(m, 'closed', -reopened)
count(m, 'settled', held - reopened)
-- What this Redis has not had before.
count(m, 'fed', moved - reopened)
return moved
