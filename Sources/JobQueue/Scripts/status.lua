#!lua flags=no-writes,allow-stale
-- STATUS: the live picture of the queue for people.
-- ARGV: 1 most lanes of a mailing to look at, then the mailings to report
-- Result: {now, {m, state, version, waiting, due, settled, fed, closed, in doubt, dead, cursor, rests until, lanes, {site, waiting, …}}…,
--   {worker, expiry, in flight, description}…, {second, jobs due, …}, outcomes not yet booked}
-- Guarantees: reads only, bounded.
local now, mailings, workers, due = now_ms(), {}, {}, {}
for i = 2, #ARGV do
  local m = ARGV[i]
  local about = redis.call('HMGET', key_mailing(m), 'state', 'version')
  local counts = redis.call('HMGET', key_counts(m), 'waiting', 'due', 'settled', 'fed', 'closed')
  for k = 1, 5 do counts[k] = tonumber(counts[k] or 0) end
  local lanes = {}
  -- LIMIT, not an end index: with none to look at the index would be -1 and mean all.
  for _, site in ipairs(redis.call('ZRANGEBYSCORE', key_ready(m), '-inf', '+inf', 'LIMIT', 0, ARGV[1])) do
    lanes[#lanes + 1] = site
    lanes[#lanes + 1] = redis.call('LLEN', key_lane(m, site))
  end
  mailings[#mailings + 1] = {
    m, about[1] or '', about[2] or '', counts[1], counts[2], counts[3], counts[4], counts[5],
    redis.call('HLEN', prefix .. 'doubt:' .. m), redis.call('HLEN', prefix .. 'dead:' .. m),
    tonumber(redis.call('GET', prefix .. 'cursor:' .. m) or 0), tonumber(redis.call('ZSCORE', prefix .. 'resting', m) or 0),
    redis.call('ZCARD', key_ready(m)), lanes,
  }
end
local leases = redis.call('ZRANGE', leases_key, 0, 999, 'WITHSCORES')
for i = 1, #leases, 2 do
  workers[#workers + 1] = {
    leases[i], tonumber(leases[i + 1]), redis.call('HLEN', key_flight(leases[i])),
    redis.call('HGET', prefix .. 'workers', leases[i]) or '',
  }
end
for _, second in ipairs(redis.call('ZRANGE', prefix .. 'due', 0, 99)) do
  due[#due + 1] = tonumber(second)
  due[#due + 1] = redis.call('LLEN', prefix .. 'due:' .. second)
end
return { now, mailings, workers, due, redis.call('XLEN', outcomes_key) }
