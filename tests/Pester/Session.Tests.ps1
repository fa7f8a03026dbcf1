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
        $connect = { & { param($Arguments) (Connect-NotionWorkspace @Arguments -SessionOnly).WorkspaceName } $args[0]; (Get-NotionConnection -Current).WorkspaceName }
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
            [pscustomobject]@{ Runspace = [runspace]::DefaultRunspace.InstanceId; Before = $before; After = @(Get-NotionConnection -Current).Count }
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
