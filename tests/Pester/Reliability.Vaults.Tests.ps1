# The short form of build.ps1 Reliability: the scenarios that kill processes and spoil SecretStore's files.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    $isHere = ($IsLinux -or $IsMacOS) -and (Test-SecretStore)
    $ofStore = @(
        @{ Name = 'kills'; Size = '-Rounds', 5 }
        @{ Name = 'vault-faults-before'; Size = '-Rounds', 3 }
        @{ Name = 'vault-faults-between'; Size = '-Rounds', 4 }
        @{ Name = 'vault-faults-during'; Size = '-Rounds', 3 }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1')
    Initialize-NotionAuthTest
    . (Join-Path $PSScriptRoot 'Support/Scenario.ps1')
}

Describe 'A token under kills and vault failures' -Tag SecretStore -Skip:(-not $isHere) {
    It 'loses nothing and leaks nothing: <Name>' -ForEach $ofStore {
        Assert-NothingLost $Name $Size
    }
}
