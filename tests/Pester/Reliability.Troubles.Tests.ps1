# The short form of build.ps1 Reliability: a round of each quick scenario, whose whole form repeats what other test
# files show once.

BeforeDiscovery {
    $isHere = $IsLinux -or $IsMacOS
    $quick = @(
        @{ Name = 'idle-shells'; Size = '-Rounds', 1, '-Processes', 2 }
        @{ Name = 'event-actions'; Size = '-Rounds', 1, '-Processes', 1 }
        @{ Name = 'slow-refresh'; Size = '-Rounds', 1 }
        @{ Name = 'no-lock'; Size = '-Rounds', 1 }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1')
    Initialize-NotionAuthTest
    . (Join-Path $PSScriptRoot 'Support/Scenario.ps1')
}

Describe 'A token under troubles' -Skip:(-not $isHere) {
    It 'loses nothing and leaks nothing: <Name>' -ForEach $quick {
        Assert-NothingLost $Name $Size
    }
}
