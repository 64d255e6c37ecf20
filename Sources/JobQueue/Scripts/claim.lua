#!lua flags=allow-oom
-- CLAIM: moves due jobs to their lanes, then jobs from lanes into a worker's flight.
-- ARGV: 1 worker, 2 how many jobs it has room for
-- Result: false when the lease is lost; else {wait, suppressions, m, site, {payload…}, m, site, {payload…}, …} where wait is
--   how many ms from now there may be something again (-1: nothing is known to come) and suppressions is how many addresses
--   were suppressed after they had been fed (0: the worker need not look).
-- Guarantees: a job is in exactly one place; settled jobs are skipped; lanes of a mailing are served in turn, mailings by
--   virtual time; the work is bounded however much is waiting or due. A full Redis still hands out what it has (allow-oom).
local MAX_BUCKET_JOBS, MAX_LANES, MAX_MAILINGS = 200, 32, 16
local worker, want, now = ARGV[1], math.min(tonumber(ARGV[2]), 500), now_ms()
if not lease_holds(worker, now) then return false end

-- A due job goes to the head of its lane: it has waited its time, it does not queue behind the whole mailing again.
local function promote(limit)
  local bucket = redis.call('ZRANGEBYSCORE', due_key, '-inf', now, 'LIMIT', 0, 1)[1]
  if not bucket then return 0 end
  local jobs = redis.call('LPOP', key_bucket(bucket), limit) or {}
  if #jobs < limit then redis.call('ZREM', due_key, bucket) end
  for _, text in ipairs(jobs) do
    local m, site, payload = split_place(text)
    redis.call('HINCRBY', key_counts(m), 'due', -1)
    put_back(m, site, payload, now)
  end
  return #jobs
end
promote(MAX_BUCKET_JOBS)

local result = { -1, redis.call('HLEN', prefix .. 'suppressed') }
local soonest

-- Takes up to n jobs of one mailing into flight, from its lanes in turn; returns how many it took. Each kind of step is one
-- command for all lanes together: with a few jobs from each of many sites, commands and not jobs are what costs.
local function serve(m, n)
  local ready = key_ready(m)
  local lanes = redis.call('ZRANGEBYSCORE', ready, '-inf', now, 'LIMIT', 0, MAX_LANES)
  if #lanes == 0 then return 0 end
  local taken, query, served, drained, popped = {}, {}, {}, {}, 0
  for i, site in ipairs(lanes) do
    if popped >= n then break end
    local share = math.ceil((n - popped) / (#lanes - i + 1))
    local jobs = redis.call('LPOP', key_lane(m, site), share) or {}
    if #jobs < share then
      drained[#drained + 1] = site
    else
      served[#served + 1] = now
      served[#served + 1] = site
    end
    for _, payload in ipairs(jobs) do
      query[#query + 1] = 'GET'
      query[#query + 1] = 'u1'
      -- As text, once: Redis would print a number in the slow way of floating point, at each use.
      query[#query + 1] = string.format('%d', ordinal_of(payload))
    end
    popped = popped + #jobs
    taken[#taken + 1] = { site, jobs }
  end
  if #drained > 0 then redis.call('ZREM', ready, unpack(drained)) end
  if #served > 0 then redis.call('ZADD', ready, unpack(served)) end
  if popped == 0 then return 0 end
  local done = redis.call('BITFIELD_RO', key_done(m), unpack(query))
  local flight, k = {}, 0
  for _, lane in ipairs(taken) do
    local site, fresh = lane[1], {}
    local place = m .. ':' .. site .. '\n'
    for _, payload in ipairs(lane[2]) do
      k = k + 1
      if done[k] == 0 then
        flight[#flight + 1] = m .. ':' .. query[3 * k]
        flight[#flight + 1] = place .. payload
        fresh[#fresh + 1] = payload
      end
    end
    if #fresh > 0 then
      result[#result + 1] = m
      result[#result + 1] = site
      result[#result + 1] = fresh
    end
  end
  if #flight > 0 then redis.call('HSET', key_flight(worker), unpack(flight)) end
  redis.call('HINCRBY', key_counts(m), 'waiting', -popped)
  return #flight / 2
end

local left = want
for _, m in ipairs(redis.call('ZRANGE', mailings_key, 0, MAX_MAILINGS - 1)) do
  if left <= 0 then break end
  local count = serve(m, left)
  left = left - count
  if count > 0 then
    local weight = tonumber(redis.call('HGET', key_mailing(m), 'weight') or 1)
    redis.call('ZINCRBY', mailings_key, count / weight, m)
  end
  local first = redis.call('ZRANGE', key_ready(m), 0, 0, 'WITHSCORES')
  if first[1] then
    soonest = math.min(soonest or tonumber(first[2]), tonumber(first[2]))
  else
    redis.call('ZREM', mailings_key, m)
  end
end

local next_due = redis.call('ZRANGE', due_key, 0, 0, 'WITHSCORES')
if next_due[1] then soonest = math.min(soonest or tonumber(next_due[2]), tonumber(next_due[2])) end
if soonest then result[1] = math.max(0, math.ceil(soonest - now)) end
return result
