#!lua flags=no-writes,allow-stale
-- PACES: limits and live state of sites, for people.
-- ARGV: 1 most sites to look at when none are named, then sites
-- Result: {site, limit or "", whether the limit is the site's own, state or "", messages under way, ms until it may be sent to}…
-- Guarantees: reads only, bounded.
local now, sites, result = now_ms(), {}, {}

local function in_words(p)
  return string.format('%.3f %.6f %.6f %.0f %.0f %d', p.tat, p.factor, p.learned, p.not_before, p.wait, p.blocked)
end

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
  local busy = redis.call('HGET', busy_key, site) or 0
  local p = read_pace(site, limit[1] or limit[2], state, busy)
  local wait = 0
  if p then
    local room, later = allowance(p, now)
    if room < 1 then wait = math.max(0, math.ceil(later - now)) end
  end
  result[#result + 1] = {
    site, limit[1] or limit[2] or '', limit[1] and 1 or 0, state and in_words(p) or '', math.abs(busy), wait,
  }
end
return result
