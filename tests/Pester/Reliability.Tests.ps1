# The short form of build.ps1 Reliability: each scenario in a process and a HOME of its own.
# Reliability.Troubles.Tests.ps1 has the quick ones, and Reliability.Vaults.Tests.ps1 those that need SecretStore.

BeforeDiscovery {
    $isHere = $IsLinux -or $IsMacOS
    $scenarios = @(
        @{ Name = 'one-refresh'; Size = '-Rounds', 2, '-Processes', 2, '-Runspaces', 3 }
        @{ Name = 'many-connections'; Size = '-Rounds', 2, '-Processes', 3 }
        @{ Name = 'fleet'; Size = '-Rounds', 2, '-Processes', 4 }
        @{ Name = 'environments'; Size = '-Rounds', 3 }
        @{ Name = 'callback-attack'; Size = '-Rounds', 300 }
        @{ Name = 'request-attack'; Size = '-Rounds', 1 }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1')
    Initialize-NotionAuthTest
    . (Join-Path $PSScriptRoot 'Support/Scenario.ps1')
}

Describe 'A token under races and attacks' -Skip:(-not $isHere) {
    It 'loses nothing and leaks nothing: <Name>' -ForEach $scenarios {
        Assert-NothingLost $Name $Size
    }
}
