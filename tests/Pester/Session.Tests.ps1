BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'The current connection' {
    BeforeAll {
        $manifest = Get-NotionAuthPath
        $token = New-FakeToken
        $arguments = $token.SignIn
        $connect = {
            & { param($Arguments) (Connect-NotionWorkspace @Arguments -SessionOnly).WorkspaceName } $args[0]
            (Get-NotionConnection -Current).WorkspaceName
        }
        $current = { @(Get-NotionConnection -Current).Count; Invoke-NotionRequest users/me }
        function Invoke-Step {
            # A job in a runspace that may have served another job.
            param($Shell, [scriptblock] $Script, $Argument)
            $Shell.Commands.Clear()
            $Shell.Streams.ClearStreams()
            $null = $Shell.AddScript($Script.ToString())
            if ($Argument) { $null = $Shell.AddArgument($Argument) }
            $Shell.Invoke()
        }
    }

    AfterAll { Get-NotionConnection | Where-Object Vault -EQ '' | Revoke-NotionToken -LocalOnly -Confirm:$false }

    It 'ends with a reset of the runspace, as hosts do it between two jobs' {
        $shell = New-RunspaceShell
        try {
            Invoke-Step $shell $connect $arguments | Should -Be $token.Workspace, $token.Workspace
            $shell.Runspace.ResetRunspaceState()
            Invoke-Step $shell $current | Should -Be 0
            Assert-NotionError -Record $shell.Streams.Error[0] -Id NotConnected -Category InvalidOperation

            Invoke-Step $shell $connect $arguments | Should -Be $token.Workspace, $token.Workspace
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }

    It 'is not handed on from one turn of ForEach-Object -Parallel to the next' {
        # One runspace for all turns: the second gets what the first has used.
        $seen = 1..2 | ForEach-Object -ThrottleLimit 1 -Parallel {
            Import-Module $using:manifest
            $before = @(Get-NotionConnection -Current).Count
            $arguments = $using:arguments
            $null = Connect-NotionWorkspace @arguments -SessionOnly
            [pscustomobject]@{
                Runspace = [runspace]::DefaultRunspace.InstanceId; Before = $before
                After = @(Get-NotionConnection -Current).Count
            }
        }
        @($seen.Runspace | Sort-Object -Unique).Count | Should -Be 1 -Because 'otherwise this shows nothing'
        $seen.Before | Should -Be 0, 0
        $seen.After | Should -Be 1, 1
    }

    It 'is no variable: it shows as none, and removing all of them does not end it' {
        $shell = New-RunspaceShell
        try {
            Invoke-Step $shell { @(Get-Variable -Scope Global).Name } | Set-Variable before
            $null = Invoke-Step $shell $connect $arguments
            Invoke-Step $shell { @(Get-Variable -Scope Global).Name } | Should -Be $before
            $null = Invoke-Step $shell { Get-Variable -Scope Global | Remove-Variable -Force -ErrorAction Ignore }
            Invoke-Step $shell { (Invoke-NotionRequest users/me).bot.workspace_name } | Should -Be $token.Workspace
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }
}

Describe 'What a session has changed, with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind
        $null = Set-Person visit
        $story = {
            param($Manifest, $SignIn, $Control, $Setup)
            Import-Module $Manifest
            . ([scriptblock]::Create($Setup))
            $ErrorActionPreference = 'Stop'
            $connection = Connect-NotionWorkspace @SignIn 6> $null
            $connection.WorkspaceName
            @(Get-NotionConnection $connection.Name).Count
            (TabExpansion2 'Test-NotionToken ' 17).CompletionMatches.ListItemText
            (TabExpansion2 'Get-NotionConnection -Vault ' 28).CompletionMatches.ListItemText
            Test-NotionToken -Quiet
            $null = [Net.Http.HttpClient]::new().PostAsync("${Control}_control/expire",
                [Net.Http.StringContent]::new("{""botId"":""$($connection.BotId)""}", [Text.Encoding]::UTF8,
                    'application/json')).GetAwaiter().GetResult()
            (Invoke-NotionRequest users/me).object
            (Get-NotionConnection -Current).RefreshedAt.GetType().Name
            (Revoke-NotionToken -PassThru -Confirm:$false).WorkspaceName
            @(Get-NotionConnection $connection.Name -ErrorAction Ignore).Count
        }
    }

    It 'reaches no call of a vault: <What>' -ForEach @(
        @{ What = 'defaults of parameters'; Setup = @'
            $global:PSDefaultParameterValues = @{
                'Get-Secret:AsPlainText' = $true; 'Get-Secret:Vault' = 'Nowhere'
                'Set-Secret:NoClobber' = $true; 'Set-Secret:Vault' = 'Nowhere'
                'Get-SecretVault:Name' = 'Nowhere'; 'Get-SecretInfo:Name' = 'Nothing'
                'Remove-Secret:WhatIf' = $true; '*-Secret*:WhatIf' = $true
                '*Secret*:Vault' = 'Nowhere'; '*:Debug' = $false
                '*Secret*:OutVariable' = 'out'; '*Secret*:PipelineVariable' = 'pipe'
                'Import-Module:Prefix' = 'My'; 'Import-Module:MaximumVersion' = '0.1'; 'Import-Module:Force' = $true
                'Get-NotionConnection:OutVariable' = 'connections'
            }
'@ }
        @{ What = 'preferences and strict mode'; Setup = @'
            Set-StrictMode -Version Latest
            $global:VerbosePreference = $global:DebugPreference = $global:InformationPreference = 'SilentlyContinue'
            $global:ErrorView = 'CategoryView'; $global:OFS = '-'
            $global:PSModuleAutoLoadingPreference = 'None'
            $global:ErrorActionPreference = $global:WarningPreference = 'Stop'
'@ }
        @{ What = 'aliases and functions of the same names'; Setup = @'
            foreach ($name in 'Get-Secret', 'Set-Secret', 'Get-SecretInfo', 'Set-SecretInfo', 'Remove-Secret',
                    'Get-SecretVault', 'Unlock-SecretVault', 'Get-NotionConnection') {
                if ($name -ne 'Get-NotionConnection') {
                    Set-Item "function:global:$name" { throw 'a function of the session was called' }
                }
                Set-Alias -Name "Microsoft.PowerShell.SecretManagement\$name" -Value Get-Date -Scope Global
            }
            Set-Alias -Name Import-Module -Value Get-Date -Scope Global
            Set-Alias -Name Where-Object -Value Get-Date -Scope Global
'@ }
    ) {
        $app = New-FakeApp
        $shell = New-RunspaceShell
        try {
            $shell.Commands.Clear()
            $null = $shell.AddScript(
                "$story"
            ).AddArgument((Get-NotionAuthPath)).AddArgument($app.SignIn).AddArgument($fake.BaseUri).AddArgument($Setup)
            $output = $shell.Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $output |
                Should -Be $app.Workspace, 1, $app.Workspace, $vault.Name, $true, 'user', 'DateTime', $app.Workspace, 0
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }

        # The app registration stays, and nothing else: no copy, no test.
        (Get-SecretInfo -Vault $vault.Name).Name | Should -Be "NotionAuth-app-$($app.ClientId)"
        Remove-Secret -Name "NotionAuth-app-$($app.ClientId)" -Vault $vault.Name
    }
}

Describe 'Ways in on the thread of a command that runs, with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind
        $null = Set-Person visit
        $app = New-FakeApp
        $arguments = $app.SignIn
        $connection = Connect-NotionWorkspace @arguments 6>$null
        $name = $connection.Name
        $prelude = @(
            "`$ErrorActionPreference = 'Stop'; `$name = '$name'; `$botId = '$($connection.BotId)'"
            "`$base = '$($fake.BaseUri)'"
            @'
            function Invoke-Expiry {
                $json = "{""botId"":""$botId""}"
                $body = [Net.Http.StringContent]::new($json, [Text.Encoding]::UTF8, 'application/json')
                $null = [Net.Http.HttpClient]::new().PostAsync("${base}_control/expire", $body).GetAwaiter().GetResult()
            }
            function Use-Everything {
                # Listing, reading, refreshing and writing, all of which call the vault.
                $null = Get-NotionConnection
                $null = Connect-NotionWorkspace -Name $name
                $null = Test-NotionToken $name
                Invoke-Expiry
                (Invoke-NotionRequest users/me -Connection $name).object
            }
'@
        ) -join "`n"
    }

    It 'run through: <What>' -ForEach @(
        @{ What = 'a timer''s action'; Script = @'
            # One tick at a time: otherwise they come quicker than they are dealt with.
            $timer = [Timers.Timer]::new(20)
            $timer.AutoReset = $false
            $null = Register-ObjectEvent $timer Elapsed -Action {
                $global:ticks += @(Use-Everything)
                $Event.Sender.Start()
            }
            $global:ticks = @()
            $timer.Start()
            while ($ticks.Count -lt 3) { $null = Use-Everything }
            "$($ticks[0..2])"
'@; Expected = 'user user user' }
        @{ What = 'a file watcher''s action'; Script = @'
            $folder = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
            $watcher = [IO.FileSystemWatcher]::new($folder)
            $null = Register-ObjectEvent $watcher Created -Action {
                $global:seen += @((Invoke-NotionRequest users/me -Connection $name).object)
            }
            $global:seen = @()
            $watcher.EnableRaisingEvents = $true
            for ($number = 0; $seen.Count -lt 3; $number++) {
                $null = [IO.File]::Create((Join-Path $folder $number))
                $null = Use-Everything
            }
            Remove-Item -Recurse $folder
            "$($seen[0..2])"
'@; Expected = 'user user user' }
        @{ What = 'a module''s event handler'; Script = @'
            $module = New-Module {
                function Start-Listening {
                    $null = Register-EngineEvent Asked -Action {
                        $global:heard += @((Invoke-NotionRequest users/me -Connection $global:name).object)
                    }
                }
            }
            $global:name = $name
            $global:heard = @()
            & $module { Start-Listening }
            while ($heard.Count -lt 3) {
                Get-NotionConnection | ForEach-Object { $null = New-Event Asked; $_ } | Test-NotionToken |
                    ForEach-Object { $null = New-Event Asked }
                $null = Use-Everything
            }
            "$($heard[0..2])"
'@; Expected = 'user user user' }
        @{ What = 'a pipeline in a pipeline'; Script = @'
            $path = { "users/$((Invoke-NotionRequest users/me -Connection $name).id)" }
            "$(Get-NotionConnection $name | ForEach-Object { Invoke-NotionRequest users/me -Connection $_.Name } |
                ForEach-Object { Use-Everything } |
                Invoke-NotionRequest -Path $path -Connection $name -ThrottleLimit 3 |
                ForEach-Object { Use-Everything })"
'@; Expected = 'user' }
        @{ What = 'script blocks as defaults of parameters'; Script = @'
            $PSDefaultParameterValues = @{
                'Get-Secret:Vault' = { Use-Everything }; 'Get-SecretInfo:Vault' = { Use-Everything }
                'Get-SecretVault:Name' = { Use-Everything }; 'Set-Secret:Metadata' = { Use-Everything }
                'Test-NotionToken:Connection' = { $null = Use-Everything; $name }
            }
            "$((Test-NotionToken).Status) $(Use-Everything)"
'@; Expected = 'Active user' }
        @{ What = 'completers'; Script = @'
            Register-ArgumentCompleter -CommandName Use-Any -ParameterName Any -ScriptBlock {
                (Invoke-NotionRequest users/me -Connection $name).object
            }
            function Use-Any($Any) { }
            $null = Register-EngineEvent Asked -Action {
                $global:heard += @((TabExpansion2 'Use-Any -Any ' 13).CompletionMatches.CompletionText)
                $global:heard += @((TabExpansion2 'Test-NotionToken ' 17).CompletionMatches.ListItemText)
            }
            $global:heard = @()
            while ($heard.Count -lt 2) {
                $null = Get-NotionConnection | ForEach-Object { $null = New-Event Asked; Use-Everything }
            }
            "$($heard[0..1])"
'@; Expected = '<user> <name>' }
        @{ What = 'a prompt function'; Script = @'
            function prompt { (Invoke-NotionRequest users/me -Connection $name).object }
            $shell = [powershell]::Create('CurrentRunspace').AddScript('prompt')
            "$(Get-NotionConnection $name | ForEach-Object { $shell.Invoke() })"
'@; Expected = 'user' }
    ) {
        # In a process of its own, as a deadlock would end the test run otherwise.
        $start = [Diagnostics.ProcessStartInfo]::new('pwsh')
        $path = Join-Path (New-TestFolder 'ways') 'script.ps1'
        Set-Content -LiteralPath $path -Value "Import-Module '$(Get-NotionAuthPath)'", $prelude, $Script
        foreach ($argument in '-NoProfile', '-NonInteractive', '-File', $path) { $start.ArgumentList.Add($argument) }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $process = [Diagnostics.Process]::Start($start)
        $output, $errors = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
        try {
            $process.WaitForExit(120000) | Should -BeTrue -Because 'it must not wait for itself'
        }
        finally {
            if (-not $process.HasExited) { $process.Kill($true) }
        }

        "$($output.Result)$($errors.Result)".Trim() |
            Should -Be ($Expected -replace '<user>', 'user' -replace '<name>', $name)
    }
}
