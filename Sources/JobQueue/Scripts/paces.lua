#!lua flags=no-writes,allow-stale
-- PACES: limits and live state of sites, for people.
-- ARGV: 1 most sites to look at when none are named, then sites
-- Result: {site, limit or "", whether the limit is the site's own, state or "", messages under way, ms until it may be sent to}…
-- Guarantees: reads only, bounded.
local now, sites, result = now_ms(), {}, {}
for i = 2, #ARGV do sites[#sites + 1] = ARGV[i] end
if #sites == 0 then
  local seen = {}
  for _, key in ipairs({ limits_key, pace_key }) do
    local page = redis.call('HSCAN', key, 0, 'COUNT', ARGV[1])[2]
    for i = 1, #page, 2 do
      if not seen[page[i]] and page[i] ~= '*' then
        seen[page[i]] = true
        sites[#sites + 1] = page[i]
      end
    end
  end
end
for _, site in ipairs(sites) do
  local limit, state = redis.call('HMGET', limits_key, site, '*'), redis.call('HGET', pace_key, site)
  local p = read_pace(site, limit[1] or limit[2], state)
  local wait = 0
  if p then
    local room, later = allowance(p, now)
    if room < 1 then wait = math.max(0, math.ceil(later - now)) end
  end
  result[#result + 1] = {
    site, limit[1] or limit[2] or '', limit[1] and 1 or 0, state or '', redis.call('HLEN', key_busy(site)), wait,
  }
end
return result
