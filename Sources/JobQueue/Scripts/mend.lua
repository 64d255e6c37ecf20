#!lua flags=allow-oom
-- MEND: looks through some of the shard's keys for what no transition leaves behind, and puts it right.
-- ARGV: 1 where to go on, "0" at first, 2 how many keys to look at, about
-- Result: {where to go on, or "0" at the end; lanes with jobs that were not ready; connections in use by nobody}
-- Guarantees: bounded; what is in order is not touched. Whatever it finds is a mistake of the program, or somebody's hand in Redis.
local now, lanes, connections = now_ms(), 0, 0

local function mend_lane(m, site)
  local state = state_of(m)
  if not state or state == 'cancelled' or redis.call('ZSCORE', key_ready(m), site) then return end
  redis.call('ZADD', key_ready(m), now, site)
  if state == 'running' then activate(m) end
  lanes = lanes + 1
end

local function mend_connections(site)
  local holders = redis.call('HGETALL', key_busy(site))
  for i = 1, #holders, 2 do
    if redis.call('HEXISTS', key_flight(holders[i + 1]), holders[i]) == 0 then
      redis.call('HDEL', key_busy(site), holders[i])
      connections = connections + 1
    end
  end
end

local page = redis.call('SCAN', ARGV[1], 'MATCH', prefix .. '*', 'COUNT', ARGV[2])
for _, key in ipairs(page[2]) do
  local name = string.sub(key, #prefix + 1)
  local m, site = string.match(name, '^lane:(%d+):(.+)$')
  if m then mend_lane(m, site) end
  site = string.match(name, '^busy:(.+)$')
  if site then mend_connections(site) end
end
return { page[1], lanes, connections }
