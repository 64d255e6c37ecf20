#!lua flags=allow-oom
-- MEND: looks through some of the shard's keys for what no transition leaves behind, and puts it right.
-- ARGV: 1 where to go on, "0" at first, 2 how many keys, sites or jobs to look at, about
-- Result: {where to go on, or "0" at the end; lanes with jobs that were not ready; connections that were miscounted}
-- Guarantees: bounded, at one worker's flight at least; what is in order is not touched. Whatever it finds is a mistake of the
--   program, or somebody's hand in Redis. The messages under way are counted anew flight by flight; what changes in flights that
--   were looked at is added by the script that changes it (keep_recount), so the sum is exact once all were.
local now, most, lanes, connections = now_ms(), tonumber(ARGV[2]), 0, 0

local function mend_lane(m, site)
  local state = state_of(m)
  if not state or state == 'cancelled' or redis.call('ZSCORE', key_ready(m), site) then return end
  redis.call('ZADD', key_ready(m), now, site)
  if state == 'running' then activate(m) end
  lanes = lanes + 1
end

local function recount_flight(worker)
  local jobs = redis.call('HGETALL', key_flight(worker))
  redis.call('HSET', recount_key, 'w:' .. worker, 1)
  for i = 2, #jobs, 2 do
    local site = counted_site(jobs[i])
    if site then redis.call('HINCRBY', recount_key, 's:' .. site, 1) end
  end
  return 1 + #jobs / 2
end

-- Answers whether no flight is left to be looked at.
local function recount_flights()
  local looked = 0
  for _, worker in ipairs(redis.call('HKEYS', prefix .. 'workers')) do
    if redis.call('HEXISTS', recount_key, 'w:' .. worker) == 0 then
      if looked >= most then return false end
      looked = looked + recount_flight(worker)
    end
  end
  return true
end

local function mend_connections(site)
  local known = math.abs(redis.call('HGET', busy_key, site) or 0)
  local number = tonumber(redis.call('HGET', recount_key, 's:' .. site) or 0)
  if known == number then return end
  if number > 0 then
    redis.call('HSET', busy_key, site, number)
  else
    redis.call('HDEL', busy_key, site)
  end
  unpark({ site }, now)
  connections = connections + math.abs(known - number)
end

-- First the sites that are known to be busy, then those that the recount has found.
local list, cursor = string.match(ARGV[1], '^(%a+):(%d+)$')
if list then
  if not recount_flights() then return { ARGV[1], 0, 0 } end
  local page = redis.call('HSCAN', list == 'busy' and busy_key or recount_key, cursor, 'COUNT', most)
  for i = 1, #page[2], 2 do
    local site = list == 'busy' and page[2][i] or string.match(page[2][i], '^s:(.*)')
    if site then mend_connections(site) end
  end
  if page[1] ~= '0' then return { list .. ':' .. page[1], 0, connections } end
  if list == 'busy' then return { 'counted:0', 0, connections } end
  redis.call('DEL', recount_key)
  return { '0', 0, connections }
end
-- One that was broken off is begun anew.
if ARGV[1] == '0' then redis.call('DEL', recount_key) end
local page = redis.call('SCAN', ARGV[1], 'MATCH', prefix .. '*', 'COUNT', most)
for _, key in ipairs(page[2]) do
  local m, site = string.match(string.sub(key, #prefix + 1), '^lane:(%d+):(.+)$')
  if m then mend_lane(m, site) end
end
return { page[1] == '0' and 'busy:0' or page[1], lanes, 0 }
