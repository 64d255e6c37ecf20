#!lua flags=allow-oom
-- LIMIT: sets how fast a site may be sent to, or all sites without a limit of their own.
-- ARGV: 1 site or "*", 2 limit (see pace.lua), or "" for none
-- Result: 1.
-- Guarantees: it holds at once, a looser limit too: what was parked for the old one is looked at again. A pause that the site asked
--   for stays.
local site, now = ARGV[1], now_ms()
if ARGV[2] == '' then
  redis.call('HDEL', limits_key, site)
else
  redis.call('HSET', limits_key, site, ARGV[2])
end
local function renew(name)
  local p = find_pace(name)
  if not p then return end
  p.tat = 0
  if redis.call('HEXISTS', pace_key, name) == 1 then redis.call('HSET', pace_key, name, written(p)) end
  unpark({ name }, now)
end
if site ~= '*' then
  renew(site)
  unpark({ site }, now)
  return 1
end
local page = redis.call('HSCAN', pace_key, 0, 'COUNT', 1000)[2]
for i = 1, #page, 2 do
  if redis.call('HEXISTS', limits_key, page[i]) == 0 then renew(page[i]) end
end
return 1
