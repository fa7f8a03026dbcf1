# The scenarios in the order of the table, with the rounds of the full form. A lane takes its scenarios one after the
# other, the short ones first, beside the other lanes. A long title is a list of its parts.
@{
    'one-refresh'          = @{ Order = 1; Rounds = 50; Title = 'One expired token, 8 processes × 8 runspaces at once' }
    'many-connections'     = @{
        Order = 2; Rounds = 50; Title = '8 connections in one SecretStore vault, refreshed by 8 processes at once'
    }
    'runspaces-at-once'    = @{
        Order = 3; Rounds = 50; Title = 'ForEach-Object -Parallel, thread jobs and nested pipelines in one process'
    }
    'environments'         = @{
        Order = 4; Rounds = 12
        Title = @(
            'Processes of one user with different environments (XDG_STATE_HOME, TMPDIR, no file locks of .NET)'
            'make connections and refresh one at once'
        )
    }
    'fleet'                = @{
        Order = 5; Rounds = 50
        Title = @(
            'One expired token, 16 processes with homes of their own (no lock in common) on one shared vault whose'
            'writes are seen after 2 s'
        )
    }
    'idle-shells'          = @{
        Order = 6; Rounds = 30; Lane = 'attacks'
        Title = 'Idle shells whose pair another process has renewed, and which has expired again since'
    }
    'event-actions'        = @{
        Order = 7; Rounds = 30; Lane = 'attacks'
        Title = @(
            'Actions of timers call Notion inside the commands of their own thread, with nested pipelines and'
            'expired tokens'
        )
    }
    'slow-refresh'         = @{
        Order = 8; Rounds = 10; Lane = 'attacks'
        Title = 'Notion puts a refresh off for half an hour, while other processes work with the connection'
    }
    'habits'               = @{
        Order = 9; Rounds = 25; Lane = 'attacks'
        Title =
            'Connect, list, test, request, refresh and revoke on a vault with the habits of others, one after the other'
    }
    'refused-writes'       = @{
        Order = 10; Rounds = 10; Lane = 'kills'
        Title = 'The vault refuses the new pair of one process, and another one spends the old refresh token'
    }
    'questions'            = @{
        Order = 11; Rounds = 10; Lane = 'kills'
        Title = 'A shell stands at SecretStore''s question for its password, while others refresh and call'
    }
    'no-lock'              = @{
        Order = 12; Rounds = 20; Lane = 'kills'
        Title = 'There can be no lock: read-only, full, something else in its place, another user''s'
    }
    'kills'                = @{
        Order = 13; Rounds = 200; Lane = 'kills'; Title = 'SIGKILL at random moments of connect, refresh and revoke'
    }
    'vault-faults-before'  = @{
        Order = 14; Rounds = 100; Lane = 'before'; Script = 'vault-faults'; Parameters = @{ Point = 'before' }
        Title = @(
            'The vault fails before a refresh: file held, store locked, read-only, disk full, corrupt, file gone,'
            'folder gone, unregistered'
        )
    }
    'vault-faults-between' = @{
        Order = 15; Rounds = 100; Lane = 'between'; Script = 'vault-faults'; Parameters = @{ Point = 'between' }
        Title = 'The same between Notion''s reply and the vault''s write'
    }
    'vault-faults-during'  = @{
        Order = 16; Rounds = 100; Lane = 'during'; Script = 'vault-faults'; Parameters = @{ Point = 'during' }
        Title = 'The same during the vault''s write'
    }
    'callback-attack'      = @{
        Order = 17; Rounds = 10000; Lane = 'attacks'
        Title = 'Hostile requests and slow sockets at the callback of a sign-in that is waiting'
    }
    'request-attack'       = @{
        Order = 18; Rounds = 5; Lane = 'attacks'
        Title = 'Replies that lie, and paths and headers that try to leave the API'
    }
    'foreign-writer'       = @{
        Order = 19; Rounds = 50; Lane = 'attacks'
        Title = '8 connections in one SecretStore vault, while a foreign process writes to the store without our lock'
    }
}
