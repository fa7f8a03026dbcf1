# What is measured, in this order. Why says, to whoever reads docs/benchmarks.md, why a figure isn't what it should be; it is shown only then.
@{
    'one-get'     = @{ Order = 1; Runs = 15; Title = 'one GET, warm, 1 KB'; Why = '' }
    'list'        = @{ Order = 2; Runs = 9; Title = '100 pages of 100 results, a page object of 3 KB each'; Why = '' }
    'touched'     = @{ Order = 3; Runs = 5; Title = 'the same, and all of it touched (ConvertTo-Json -Depth 100)'; Why = '' }
    'concurrent'  = @{ Order = 4; Runs = 3; Title = '1,000 GETs, 100 ms latency, -ThrottleLimit 16'; Why = '' }
    'rate-limit'  = @{ Order = 5; Runs = 1; Title = '540 requests under a limit of 180 in 60 s, -ThrottleLimit 16'; Why = '' }
    'million'     = @{ Order = 6; Runs = 3; Title = '1,000,000 items through -All'; Why = '' }
    'vault-reads' = @{ Order = 7; Runs = 1; Title = '1,000 requests on one connection'; Why = '' }
    'import'      = @{ Order = 8; Runs = 25; Title = 'import'; Why = '' }
}
