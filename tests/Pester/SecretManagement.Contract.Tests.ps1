#Requires -Version 7.4

# The contract of SecretManagement, as far as NotionAuth and its tests go: what the cases in Contract/ do is what
# Contract/Expected.txt says. The stand-in is held to it always, and the real module wherever there is one, so that the
# stand-in can't drift. Both have the same assembly name: each plays the cases in a process and a home of its own. Not
# on Windows, where the registry of vaults is the account's.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1')
    $isHere = $IsLinux -or $IsMacOS
    $real = Get-RealSecretManagementFolder
    $implementations = @(
        @{ Implementation = 'stand-in'; Modules = Get-StandInFolder }
        if ($real) { @{ Implementation = 'real module'; Modules = $real } }
    )
    $cases = foreach ($line in Get-Content -LiteralPath (Join-Path $PSScriptRoot 'Contract/Expected.txt')) {
        if ($line.StartsWith('# ')) { @{ Name = $line.Substring(2) } }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1')
    Initialize-NotionAuthTest

    function Get-Expected {
        $expected = [ordered]@{}
        foreach ($line in Get-Content -LiteralPath (Join-Path $PSScriptRoot 'Contract/Expected.txt')) {
            if ($line.StartsWith('# ')) { $name = $line.Substring(2); $expected[$name] = @() }
            else { $expected[$name] += $line.Substring(2) }
        }

        $expected
    }

    function Get-Played {
        param([string] $Modules)

        $result = Join-Path (New-TestFolder 'contract') 'result.json'
        $plain = Join-Path (Get-StandInFolder) 'NotionAuth.PlainFileVault'
        $before = $env:PSModulePath
        try {
            $env:PSModulePath = $Modules
            $output = Invoke-InProcess -NoImport -HomeFolder (
                New-TestFolder 'home'
            ) -Script "& '$PSScriptRoot/Contract/Invoke-Case.ps1' -PlainFileVault '$plain' -ResultFile '$result' *>&1"
        }
        finally {
            $env:PSModulePath = $before
        }

        if (-not (Test-Path -LiteralPath $result)) { throw "The cases were not played: $output" }
        Get-Content -LiteralPath $result -Raw | ConvertFrom-Json -DateKind String
    }
}

Describe 'The contract of SecretManagement, and the <Implementation>' -Skip:(-not $isHere) -ForEach $implementations {
    BeforeAll {
        $played = Get-Played $Modules
        $expected = Get-Expected
    }

    It 'was the one that was played, and played every case' {
        $played.Path | Should -BeLike "$Modules/Microsoft.PowerShell.SecretManagement/*"
        $played.Version -eq '1.1.99' | Should -Be ($Implementation -eq 'stand-in')
        $played.Results.Name | Should -Be @($expected.Keys)
    }

    It '<Name>' -ForEach $cases {
        $did = @($played.Results | Where-Object Name -CEQ $Name)[0].Did
        ($did -join "`n") | Should -BeExactly ($expected[$Name] -join "`n")
    }
}
