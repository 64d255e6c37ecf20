#!lua
-- ENQUEUE: feeds a range of a mailing's ordinals into its lanes.
-- ARGV: 1 mailing, 2 expected cursor, 3 new cursor, 4 how many held jobs, per held job: "doubt" or "dead", ordinal, site, payload;
--   then per lane: site, n, payload × n
-- Result: {moved, cursor}: moved is 1 and cursor the new one; or moved 0 and the cursor that stands, nothing done;
--   or moved -1 when this Redis does not know the mailing; -2 when it is cancelled.
-- Guarantees: the cursor moves with the push, so repeating a batch after a crash does nothing. A Redis that lost its data gets
--   what the book holds back as held, not as waiting.
local m, expected, new = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local state = state_of(m)
if not state then return { -1, 0 } end
if state == 'cancelled' then return { -2, 0 } end
local cursor_key = prefix .. 'cursor:' .. m
local cursor = tonumber(redis.call('GET', cursor_key) or 0)
if cursor ~= expected then return { 0, cursor } end
local now, i, total, ready = text_of(now_ms()), 5, 0, {}
for _ = 1, ARGV[4] do
  redis.call('SETBIT', key_done(m), ARGV[i + 1], 1)
  redis.call('HSET', prefix .. ARGV[i] .. ':' .. m, ARGV[i + 1], ARGV[i + 2] .. '\n' .. ARGV[i + 3])
  i = i + 4
end
while i <= #ARGV do
  local site, n = ARGV[i], tonumber(ARGV[i + 1])
  local lane = key_lane(m, site)
  for from = i + 2, i + 1 + n, 500 do
    redis.call('RPUSH', lane, unpack(ARGV, from, math.min(from + 499, i + 1 + n)))
  end
  ready[#ready + 1] = now
  ready[#ready + 1] = site
  total = total + n
  i = i + 2 + n
end
add_scores(key_ready(m), ready)
redis.call('SET', cursor_key, new)
if total > 0 then
  count(m, 'waiting', total)
  count(m, 'fed', total)
  if state == 'running' then activate(m) end
end
return { 1, tonumber(new) }
