BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $commands = foreach ($command in Get-Command -Module NotionAuth) {
        @{
            Name = $command.Name; Command = $command
            Parameters = @(
                $command.Parameters.Keys | Where-Object {
                    $_ -notin [System.Management.Automation.PSCmdlet]::CommonParameters -and
                        $_ -notin [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
                }
            )
        }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
}

Describe 'The module' {
    It 'exports its cmdlets and nothing else' {
        $module = Get-Module -Name NotionAuth
        $module.ExportedCommands.Keys | Sort-Object | Should -Be 'Connect-NotionWorkspace',
            'Disconnect-NotionWorkspace', 'Get-NotionConnection', 'Invoke-NotionRequest',
            'Revoke-NotionToken', 'Test-NotionToken'
        $module.ExportedCmdlets.Count | Should -Be 6
        $module.ExportedVariables.Count, $module.ExportedAliases.Count, $module.ExportedFunctions.Count |
            Should -Be 0, 0, 0
    }

    It 'has a manifest that is valid' {
        Test-ModuleManifest -Path (Get-NotionAuthPath) -ErrorAction Stop | Select-Object -ExpandProperty Name |
            Should -BeExactly 'NotionAuth'
    }

    It 'brings no assembly but its own' {
        (Get-ChildItem -LiteralPath (Join-Path (Split-Path (Get-NotionAuthPath)) 'bin/core') -Filter *.dll).Name |
            Sort-Object | Should -Be 'NotionAuth.Core.dll', 'NotionAuth.dll'
    }

    It 'can be imported again, and removed' {
        Invoke-InProcess ('Import-Module NotionAuth -Force -ErrorAction Ignore; Remove-Module NotionAuth; ' +
            '@(Get-Command -Module NotionAuth).Count') |
            Should -Be 0
    }

    It 'writes nothing when it is imported' {
        pwsh -NoProfile -NonInteractive -Command "Import-Module '$(Get-NotionAuthPath)' *>&1" | Should -BeNullOrEmpty
    }

    It 'costs little more to import than SecretManagement alone' {
        # Each time is of a process of its own, measured inside it, so that its start is not in it. A benchmark says how
        # much; this only says that nothing has gone badly wrong.
        function Measure-Import {
            [CmdletBinding()]
            param([string] $Name)

            $script = "`$watch = [Diagnostics.Stopwatch]::StartNew(); Import-Module $Name; " +
                "`$watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)"
            $times = foreach ($round in 1..10) { [double](pwsh -NoProfile -NonInteractive -Command $script) }
            ($times | Sort-Object)[4..5] | Measure-Object -Average | ForEach-Object Average
        }

        $before = $env:PSModulePath
        try {
            $env:PSModulePath =
                "$(Split-Path (Split-Path (Split-Path (Get-NotionAuthPath))))$([IO.Path]::PathSeparator)$before"
            $base = Measure-Import Microsoft.PowerShell.SecretManagement
            $own = Measure-Import NotionAuth
        }
        finally {
            $env:PSModulePath = $before
        }

        Write-Information -InformationAction Continue -MessageData (
            '      Import-Module NotionAuth: {0:0} ms, SecretManagement alone: {1:0} ms, ratio {2:0.00}' -f $own, $base,
            ($own / $base)
        )
        $own / $base | Should -BeLessThan 3
    }
}

Describe '<Name>' -ForEach $commands {
    BeforeAll { $help = Get-Help -Name $Name -Full }

    It 'has an approved verb' { (Get-Verb).Verb | Should -Contain $Command.Verb }

    It 'declares what it returns' { $Command.OutputType.Count | Should -BeGreaterThan 0 }

    It 'asks before it changes something, or changes nothing' {
        $Command.Parameters.ContainsKey('WhatIf') |
            Should -Be ($Name -notin 'Get-NotionConnection', 'Test-NotionToken')
    }

    It 'takes a secret as a SecureString only' {
        foreach ($parameter in $Command.Parameters.Values | Where-Object Name -Match '^(Token|ClientSecret)$') {
            $parameter.ParameterType | Should -Be ([securestring])
        }
    }

    It 'has help: a synopsis, a description and two examples or more' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis.TrimStart().StartsWith("$Name ") |
            Should -BeFalse -Because 'a synopsis that is the syntax is what Get-Help makes up where there is no help'
        ($help.description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
    }

    It 'has help for each parameter' {
        $Parameters | Where-Object {
            -not ((Get-Help -Name $Name -Parameter $_).PSObject.Properties['description'].Value | Out-String).Trim()
        } | Should -BeNullOrEmpty
    }

    It 'has no help for parameters that are not there' {
        $described = @($help.parameters.parameter.name)
        $described | Where-Object { $_ -and -not $Command.Parameters.ContainsKey($_) } | Should -BeNullOrEmpty
    }
}

Describe 'Tab completion with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $fake = Start-FakeNotion
        $vault = New-TestVault -Kind $Kind
        $arguments = (New-FakeToken -Workspace "Alpha$Kind").SignIn
        $null = Connect-NotionWorkspace @arguments
        $arguments = (New-FakeToken -Workspace "Alpha's own $Kind").SignIn
        $null = Connect-NotionWorkspace @arguments

        function Get-Completion {
            [CmdletBinding()]
            param([string] $Text)

            @((TabExpansion2 -inputScript $Text -cursorColumn $Text.Length).CompletionMatches.CompletionText)
        }
    }

    AfterAll { Stop-FakeNotion $fake }

    It 'completes names: <Text>' -ForEach @(
        @{ Text = 'Connect-NotionWorkspace -Name alp' }, @{ Text = 'Get-NotionConnection al' },
        @{ Text = 'Test-NotionToken -Connection al' }, @{ Text = 'Revoke-NotionToken al' },
        @{ Text = 'Invoke-NotionRequest users -Connection al' }
    ) {
        Get-Completion $Text | Sort-Object | Should -Be ("Alpha$Kind", "'Alpha''s own $Kind'" | Sort-Object)
    }

    It 'completes a name that has a quote before it' {
        Get-Completion "Test-NotionToken 'alpha''s" | Should -Contain "'Alpha''s own $Kind'"
    }

    It 'completes names of the vault that is named' {
        $null = New-TestVault -Kind NoMetadata -Name "Other$Kind" -Beside -NotDefault
        Get-Completion "Get-NotionConnection -Vault Other$Kind -Name al" | Where-Object { $_ -match 'Alpha' } |
            Should -BeNullOrEmpty
    }

    It 'completes names of vaults' {
        Get-Completion 'Get-NotionConnection -Vault Pers' | Should -Contain 'Personal'
    }

    It 'completes Notion-Versions, methods and owners' {
        Get-Completion 'Invoke-NotionRequest users -NotionVersion 2025' | Should -Be '2025-09-03'
        Get-Completion 'Invoke-NotionRequest users -Method PAT' | Should -Be 'PATCH'
        Get-Completion 'Connect-NotionWorkspace -Owner w' | Should -Be 'workspace'
    }

    It 'completes nothing where there is no vault, and leaves $Error as it was' {
        Remove-TestVault
        $global:Error.Clear()
        { Get-Completion 'Test-NotionToken -Connection zz' } | Should -Not -Throw
        @($global:Error | Where-Object { $_.FullyQualifiedErrorId -match 'NotionAuth' }) | Should -BeNullOrEmpty
    }
}
