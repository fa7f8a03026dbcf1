# The scenarios in the order of the table, with the rounds of the full form.
@{
    'one-refresh'       = @{ Order = 1; Rounds = 50; Title = 'One expired token, 8 processes × 8 runspaces at once' }
    'many-connections'  = @{ Order = 2; Rounds = 50; Title = '8 connections in one SecretStore vault, refreshed by 8 processes at once' }
    'foreign-writer'    = @{ Order = 3; Rounds = 50; Title = 'The same, while a foreign process writes to the store without our lock' }
    'kills'             = @{ Order = 4; Rounds = 200; Title = 'SIGKILL at random moments of connect, refresh and revoke' }
    'vault-faults'      = @{ Order = 5; Rounds = 100; Title = 'Vault failures before and after the refresh: held, read-only, disk full, corrupt, gone, unregistered' }
    'runspaces-at-once' = @{ Order = 6; Rounds = 50; Title = 'ForEach-Object -Parallel, thread jobs and nested pipelines in one process' }
}
