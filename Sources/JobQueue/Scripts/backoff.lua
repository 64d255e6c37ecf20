#!lua flags=allow-oom
-- BACK OFF: a site asked for less, or refuses us altogether.
-- ARGV: 1 site, 2 "slow" or "blocked", 3 delay in ms that the site named (0: none), 4 interval in ms at which this worker reached
--   it lately (0: unknown), 5 first pause in ms of this kind, 6 longest pause in ms
-- Result: ms until the site is tried again.
-- Guarantees: one score of each mailing moves, however many jobs wait; a pause is never shortened; the many replies of one
--   incident count once: the rate is halved, or the pause doubled, once a pause. (Postfix's scheduler reacts alike: one bad
--   delivery takes a whole step back, good ones bring it forward bit by bit.)
local site, named, own, first, longest = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local now = now_ms()
local p = find_pace(site) or read_pace(site, nil, FRESH)
local is_probe = p.blocked == 2
if now >= p.not_before or is_probe or (ARGV[2] == 'blocked' and p.blocked == 0) then
  if ARGV[2] == 'slow' and not is_probe then
    if p.interval == 0 and p.learned == 0 then
      -- Every worker sees its own share of the traffic only.
      local workers = math.max(1, redis.call('ZCARD', leases_key))
      p.learned = own > 0 and math.min(own / workers, 60000) or 100
    end
    p.factor = math.max(p.factor / 2, SLOWEST_FACTOR)
  else
    p.blocked = 1
  end
  p.wait = math.min(math.max(p.wait * 2, first), longest)
  p.not_before = math.max(p.not_before, now + p.wait)
end
p.not_before = math.max(p.not_before, now + named)
redis.call('HSET', pace_key, site, written(p))
return p.not_before - now
