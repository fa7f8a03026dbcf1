# The works, in this order. Why is shown in docs/benchmarks.md where a figure isn't met. A long text is a list of its
# parts.
@{
    'one-get'     = @{
        Order = 1; Runs = 15; Title = 'one GET, warm, 1 KB'
        Why = @(
            'The wire is fast here: the bare client needs some 0.05 ms, as the simulated Notion answers from memory,'
            'and six times that in the measurement that the target was made from. So the pipeline''s own 20 µs and the'
            'wake-up of the pipeline thread weigh more; with the two cores busy with other work (see the load above) a'
            'wake-up waits for a core.'
        )
    }
    'list'        = @{
        Order = 2; Runs = 9; Title = '100 pages of 100 results, a page object of 3 KB each'
        Why = @(
            'What is left is the check of each reply before anything is converted, the items'' own copies, and the'
            'collector''s work on objects that are kept (see the table below). The page ahead is fetched meanwhile, on'
            'the second core; where other work has it (see the load above), nothing runs beside anything, and the'
            'processor times are what to compare.'
        )
    }
    'touched'     = @{
        Order = 3; Runs = 5; Title = 'the same, and all of it touched (ConvertTo-Json -Depth 100)'
        Why = @(
            'All that is saved while fetching is spent while touching: PowerShell''s ConvertTo-Json asks each of 1.6'
            'million properties, and the objects made for it live on in their owners, so that the collector goes'
            'through all of them.'
        )
    }
    'rows'        = @{
        Order = 4; Runs = 5; Title = '10,000 rows to a CSV file'
        Why = 'Export-Csv itself takes most of it, and that is the same for all.'
    }
    'concurrent'  = @{
        Order = 5; Runs = 3; Title = '1,000 GETs, 100 ms latency, -ThrottleLimit 16'
        Why = @(
            'The 1,000 requests need 1.8 s of processor time together. With both cores busy with other work (see the'
            'load above) that doesn''t fit between the replies.'
        )
    }
    'rate-limit'  = @{
        Order = 6; Runs = 1; Title = '540 requests under a limit of 180 in 60 s, -ThrottleLimit 16'; Why = ''
    }
    'million'     = @{
        Order = 7; Runs = 3; Title = '1,000,000 items through -All'
        Why = 'The peak moves with the collector''s own choice of when to run.'
    }
    'vault-reads' = @{ Order = 8; Runs = 1; Title = '1,000 requests on one connection'; Why = '' }
    'import'      = @{
        Order = 9; Runs = 25; Title = 'import'
        Why = @(
            'What is left is reading two assemblies, the types of our cmdlets'' parameters, and the files of formats'
            'and types.'
        )
    }
}
