#!lua flags=allow-oom
-- CLAIM: moves due jobs to their lanes, then jobs from lanes into a worker's flight.
-- ARGV: 1 worker, 2 how many jobs it has room for, then the mailings that it leaves to others (at most 64)
-- Result: false when the lease is lost; else {wait, suppressions, m, site, paced, {payload…}, …} where wait is how many ms from
--   now there may be something again (-1: nothing is known to come), suppressions is how many addresses were suppressed after
--   they had been fed (0: the worker need not look), and paced is 1 when the site wants to hear what it accepted, 2 when also what ended.
-- Guarantees: a job is in exactly one place; settled jobs are skipped; lanes of a mailing are served in turn, mailings by
--   virtual time; rates, connections, quotas and windows are kept to, and what must wait is set aside until the exact time; the
--   work is bounded however much is waiting or due. A full Redis still hands out what it has (allow-oom).
--
-- This script is a door: workers never load it. It is there only after the coordinator has made sure that this very Redis
-- process knows all that the contact book knows (docs/queue.md), so a Redis that came back older sends nothing twice.
local MAX_BUCKET_JOBS, MAX_LANES, MAX_MAILINGS = 200, 32, 16
-- How many jobs a lane may give in its turn, also when there are lanes enough for every job to come from another: what a lane
-- costs is shared then. And how many more lanes are looked at than are needed: some may have to wait, or be empty.
local TURN, SPARE_LANES = 2, 4
-- A lane that must wait for longer is looked at once in that many ms: what it waits for may have come to an end.
local LONGEST_PARKING = 60000
local worker, want, now = ARGV[1], math.min(tonumber(ARGV[2]), 500), now_ms()
local at_once = text_of(now)
if not lease_holds(worker, now) then return false end
local passes = {}
for i = 3, math.min(#ARGV, 66) do passes[ARGV[i]] = true end

-- Opens a job again that was settled and came back, by the order that put it aside; answers whether it is open. It is not if it was
-- called off, if a later order put it aside once more, or if the contact book has it as over.
local function reopen(m, payload, order)
  local ordinal = ordinal_of(payload)
  if redis.call('HGET', key_again(m), ordinal) ~= order or redis.call('GETBIT', key_over(m), ordinal) == 1 then
    return false
  end
  redis.call('SETBIT', key_done(m), ordinal, 0)
  return true
end

-- A due job goes to the head of its lane: it has waited its time, it does not queue behind the whole mailing again.
local function promote(limit)
  local bucket = redis.call('ZRANGEBYSCORE', due_key, '-inf', at_once, 'LIMIT', '0', '1')[1]
  if not bucket then return end
  local jobs = redis.call('LPOP', key_bucket(bucket), limit) or {}
  if #jobs < limit then redis.call('ZREM', due_key, bucket) end
  local promoted = {}
  for _, text in ipairs(jobs) do
    local m, site, payload, _, came_back = split_place(text)
    local order
    if came_back then
      order, site = string.match(site, '^(%d+) (.*)$')
    end
    promoted[m] = (promoted[m] or 0) + 1
    if not order or reopen(m, payload, order) then
      put_back(m, site, payload, now)
    else
      count(m, 'closed', 1)
      count(m, 'settled', 1)
    end
  end
  for m, n in pairs(promoted) do count(m, 'due', -n) end
end
promote(MAX_BUCKET_JOBS)
for _, m in ipairs(redis.call('ZRANGEBYSCORE', resting_key, '-inf', at_once, 'LIMIT', '0', MAX_MAILINGS)) do activate(m) end

local result = { -1, redis.call('HLEN', prefix .. 'suppressed') }
local pacing = redis.call('EXISTS', limits_key, pace_key) > 0

-- How many jobs of a mailing its quota and its window allow now, and from when on it may go on. A quota is a rate, too: its
-- burst is a minute's worth, and over any hour there is never more than it says.
local function mailing_allowance(quota, n)
  local window, interval, burst, tat = unpack(quota)
  if window then
    local opens
    for from, till in string.gmatch(window, '(%d+)%-(%d+)') do
      from, till = tonumber(from), tonumber(till)
      if now < till then
        opens = from
        break
      end
    end
    -- No opening is known: the coordinator tells the next ones.
    if not opens then return 0, now + 60000 end
    if now < opens then return 0, opens end
  end
  if interval then
    local start = math.max(tonumber(tat or 0), now)
    local room = math.floor((now - start) / interval + burst + 1e-6)
    if room < 1 then return 0, start - (burst - 1) * interval end
    n = math.min(n, room)
  end
  return n, now
end

-- Takes n jobs at most from the head of a lane.
local function pop(lane, n)
  if n > 1 then return redis.call('LPOP', lane, text_of(n)) or {} end
  return { redis.call('LPOP', lane) or nil }
end

-- Takes up to n jobs of one mailing into flight, from some of its lanes in turn; returns how many it took. Each kind of step is one
-- command for all lanes together: with a few jobs from each of many sites, commands and not jobs are what costs. For the same
-- reason numbers that become arguments are made texts here, and sites at ease are read into one table.
local function serve(m, n, some)
  local ready = key_ready(m)
  local lanes = redis.call('ZRANGEBYSCORE', ready, '-inf', at_once, 'LIMIT', '0', text_of(some))
  if #lanes == 0 then return 0 end
  local limits, states, busy, calm
  if pacing then
    limits, states = redis.call('HMGET', limits_key, '*', unpack(lanes)), redis.call('HMGET', pace_key, unpack(lanes))
    busy, calm = redis.call('HMGET', busy_key, unpack(lanes)), read_pace(nil, nil, FRESH)
  end
  local taken, query, scores, drained, spent, under_way, popped, q = {}, {}, {}, {}, {}, {}, 0, 0
  for i, site in ipairs(lanes) do
    if popped >= n then break end
    local share = math.max(math.ceil((n - popped) / (#lanes - i + 1)), math.min(n - popped, TURN))
    local score, p, room, later, is_full = at_once, nil, nil, nil, false
    if pacing then
      local limit, state = limits[i + 1] or limits[1], states[i]
      if not is_at_ease(state) then
        p = read_pace(site, limit, state, busy[i])
      elseif limit then
        p = reread_pace(calm, site, limit, state, busy[i])
      end
    end
    if p then
      room, later, is_full = allowance(p, now)
      share = math.min(share, room)
    end
    if share < 1 then
      scores[#scores + 1] = math.min(later, now + LONGEST_PARKING)
      scores[#scores + 1] = site
      if is_full then
        under_way[#under_way + 1] = site
        under_way[#under_way + 1] = text_of(-p.busy)
      end
    else
      local jobs = pop(key_lane(m, site), share)
      local found = #jobs
      if p and found > 0 then
        spend(p, found, now)
        if p.step > 0 or p.blocked > 0 then
          spent[#spent + 1] = site
          spent[#spent + 1] = written(p)
        end
      end
      if found < share then
        drained[#drained + 1] = site
      else
        if p and room - found < 1 then
          room, later, is_full = allowance(p, now)
          if room < 1 then score = math.min(later, now + LONGEST_PARKING) end
        end
        scores[#scores + 1] = score
        scores[#scores + 1] = site
      end
      for k = 1, found do
        query[q + 1], query[q + 2], query[q + 3] = 'GET', 'u1', text_of(ordinal_of(jobs[k]))
        q = q + 3
      end
      popped = popped + found
      local paced = p and (p.connections > 0 and 2 or 1) or 0
      taken[#taken + 1] = { site, jobs, paced, paced == 2 and tonumber(busy[i] or 0), is_full }
    end
  end
  if #drained > 0 then redis.call('ZREM', ready, unpack(drained)) end
  if #scores > 0 then redis.call('ZADD', ready, unpack(scores)) end
  if #spent > 0 then redis.call('HSET', pace_key, unpack(spent)) end
  local done, flight, counted, f, k = popped > 0 and redis.call('BITFIELD_RO', key_done(m), unpack(query)), {}, {}, 0, 0
  for _, lane in ipairs(taken) do
    local site, fresh, paced = lane[1], {}, lane[3]
    local place = m .. (paced == 2 and '+' or ':') .. site .. '\n'
    for _, payload in ipairs(lane[2]) do
      k = k + 1
      if done[k] == 0 then
        flight[f + 1], flight[f + 2] = m .. ':' .. query[3 * k], place .. payload
        f = f + 2
        fresh[#fresh + 1] = payload
      end
    end
    if #fresh > 0 then
      local r = #result
      result[r + 1], result[r + 2], result[r + 3], result[r + 4] = m, site, paced, fresh
    end
    if paced == 2 then
      local before, is_full = lane[4], lane[5]
      local number = math.abs(before) + #fresh
      if number > 0 then
        under_way[#under_way + 1] = site
        under_way[#under_way + 1] = text_of((before < 0 or is_full) and -number or number)
        counted[#counted + 1] = site
        counted[#counted + 1] = #fresh
      end
    end
  end
  if #under_way > 0 then redis.call('HSET', busy_key, unpack(under_way)) end
  if popped == 0 then return 0 end
  if f > 0 then redis.call('HSET', key_flight(worker), unpack(flight)) end
  if #counted > 0 then keep_recount(worker, counted) end
  count(m, 'waiting', -popped)
  if popped > f / 2 then count(m, 'closed', popped - f / 2) end
  return f / 2
end

-- Serves one mailing with up to n jobs; returns how many it took.
local function serve_mailing(m, n)
  local mailing = redis.call('HMGET', key_mailing(m), 'weight', 'window', 'quota_interval', 'quota_burst', 'quota_tat')
  local weight = table.remove(mailing, 1)
  local room, later = mailing_allowance(mailing, n)
  local taken = 0
  if room > 0 then
    taken = serve(m, room, math.min(math.ceil(room / TURN) + SPARE_LANES, MAX_LANES))
    -- Those may all have been empty, or waiting for their pace as of now.
    if taken == 0 then taken = serve(m, room, MAX_LANES) end
    if taken > 0 then
      redis.call('ZINCRBY', mailings_key, taken / (weight or 1), m)
      if mailing[2] then
        local tat = math.max(tonumber(mailing[4] or 0), now) + taken * mailing[2]
        redis.call('HSET', key_mailing(m), 'quota_tat', string.format('%.3f', tat))
      end
    end
    later = redis.call('ZRANGE', key_ready(m), '0', '0', 'WITHSCORES')[2]
  end
  if not later or tonumber(later) > now then
    redis.call('ZREM', mailings_key, m)
    -- Nothing of it may go before then: until then it costs nothing.
    if later then redis.call('ZADD', resting_key, later, m) end
  end
  return taken
end

local left, served, passed = want, nil, {}
for _, m in ipairs(redis.call('ZRANGE', mailings_key, '0', MAX_MAILINGS + #ARGV - 3)) do
  if left <= 0 then break end
  if passes[m] then
    passed[#passed + 1] = m
  else
    left = left - serve_mailing(m, left)
    served = served or m
  end
end
-- What is left to others does not fall behind what is served here: it would have arrears, and newcomers with it (see activate),
-- and all others would stand still until these are worked off.
local level = served and #passed > 0 and redis.call('ZSCORE', mailings_key, served)
if level then
  for _, m in ipairs(passed) do redis.call('ZADD', mailings_key, 'XX', 'GT', level, m) end
end

local servable = redis.call('ZCARD', mailings_key)
for i = 3, math.min(#ARGV, 66) do
  if redis.call('ZSCORE', mailings_key, ARGV[i]) then servable = servable - 1 end
end
if servable > 0 then
  result[1] = 0
else
  local soonest = math.huge
  for _, key in ipairs({ due_key, resting_key }) do
    soonest = math.min(soonest, tonumber(redis.call('ZRANGE', key, '0', '0', 'WITHSCORES')[2] or soonest))
  end
  if soonest < math.huge then result[1] = math.max(0, math.ceil(soonest - now)) end
end
return result
